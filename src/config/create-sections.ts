// Sections that are initialised when somebody asks for them, and never otherwise (buildout.py, Buildout's mapping).

import { BuildError, pythonRepr, whileDoing, type Where } from '#base';
import { locateOption } from './locate-option.ts';
import { nearestName } from './nearest-name.ts';
import { LazySection, type SectionHost } from './lazy-section.ts';
import { parseWithConditions, valuesOf } from './parse-configuration-text.ts';
import { dedent } from './python-text.ts';
import type { Section, Sections, SectionsHooks } from './section-types.ts';

/** Sections over `raw`, which they own from now on: options deleted by recipes go from it too. */
export function createSections(raw: Map<string, Map<string, string>>, hooks: SectionsHooks): Sections {
  return new LazySections(raw, hooks);
}

class LazySections implements Sections, SectionHost {
  parts: string[] = [];
  readonly annotated: SectionsHooks['annotated'];
  readonly #raw: Map<string, Map<string, string>>;
  readonly #hooks: SectionsHooks;
  readonly #opened = new Map<string, LazySection>();

  constructor(raw: Map<string, Map<string, string>>, hooks: SectionsHooks) {
    this.#raw = raw;
    this.#hooks = hooks;
    this.annotated = hooks.annotated;
  }

  open(name: string): Promise<LazySection> {
    return this.openReferenced(name);
  }

  openReferenced(name: string, referencedBy?: Where): Promise<LazySection> {
    const known = this.#opened.get(name);
    if (known !== undefined) return Promise.resolve(known);
    return whileDoing(`Getting section ${name}.`, async () => {
      const raw = this.#raw.get(name);
      if (raw === undefined) throw this.#createMissingSectionError(name, referencedBy);
      const section = new LazySection(this, name, raw);
      // Known before it is ready: a recipe may ask for its own section.
      this.#opened.set(name, section);
      await section.initialize();
      return section;
    });
  }

  async initializeRecipe(section: Section): Promise<void> {
    await this.#hooks.initializeRecipe(section);
    this.parts.push(section.name);
  }

  has(name: string): boolean {
    return this.#raw.has(name);
  }

  names(): string[] {
    return [...this.#raw.keys()];
  }

  raw(name: string): Map<string, string> | undefined {
    return this.#raw.get(name);
  }

  opened(): Section[] {
    return [...this.#opened.values()];
  }

  async create(
    name: string,
    options: Readonly<Record<string, string>>,
    how: { initialise: boolean; replace?: boolean },
  ): Promise<void> {
    if (how.replace === true) this.delete(name);
    this.#refuseExisting(name);
    this.#raw.set(name, new Map(Object.entries(options)));
    if (how.initialise) await this.open(name);
  }

  delete(name: string): void {
    this.#raw.delete(name);
    this.#opened.delete(name);
    this.parts = this.parts.filter((part) => part !== name);
  }

  async parse(text: string): Promise<void> {
    const { evaluate } = this.#hooks;
    const parsed = valuesOf(await parseWithConditions(dedent(text), { fileName: '', evaluate }));
    for (const [name, options] of parsed) {
      this.#refuseExisting(name);
      this.#raw.set(name, options);
    }
    for (const name of parsed.keys()) await this.open(name);
  }

  #refuseExisting(name: string): void {
    if (!this.#raw.has(name)) return;
    throw new BuildError('CONFIG_SECTION_EXISTS', `('Section already exists', ${pythonRepr(name)})`, {
      where: { section: name },
    });
  }

  /** A section that nothing refers to was asked for as a part. */
  #locatePart(name: string): Where {
    const parts = this.#raw.get('buildout')?.get('parts') ?? '';
    if (!parts.split(/\s+/).includes(name)) return { section: name };
    return locateOption(this.annotated, { section: 'buildout', option: 'parts', fragment: name });
  }

  #createMissingSectionError(name: string, referencedBy: Where | undefined): BuildError {
    const nearest = nearestName(name, this.#raw.keys());
    return new BuildError(
      'CONFIG_UNKNOWN_SECTION',
      `The referenced section, ${pythonRepr(name)}, was not defined.`,
      {
        where: referencedBy ?? this.#locatePart(name),
        ...(nearest === undefined ? {} : { hint: `did you mean \`${nearest}\`?` }),
      },
    );
  }
}

// One section and its options (buildout.py, Options). Three layers: `raw` as read, `cooked` with references replaced
// when the section was initialised, `data` what was handed out or set. An option read twice is one look-up.

import { BuildError, whileDoing, type Where } from '#base';
import type { AnnotatedSections } from './annotated.ts';
import { extendRaw } from './extend-raw.ts';
import { locateOption } from './locate-option.ts';
import { nearestName } from './nearest-name.ts';
import { splitWords } from './python-text.ts';
import type { Section } from './section-types.ts';
import { splitTemplate } from './split-template.ts';

/** What a section needs of the others. */
export interface SectionHost {
  readonly annotated: AnnotatedSections | undefined;
  raw(name: string): Map<string, string> | undefined;
  openReferenced(name: string, referencedBy?: Where): Promise<LazySection>;
  initializeRecipe(section: Section): Promise<void>;
}

export class LazySection implements Section {
  readonly name: string;
  recipe?: unknown;
  readonly #host: SectionHost;
  #raw: Map<string, string>;
  readonly #cooked = new Map<string, string>();
  readonly #data = new Map<string, string>();

  constructor(host: SectionHost, name: string, raw: Map<string, string>) {
    this.#host = host;
    this.name = name;
    this.#raw = raw;
  }

  /** Macros, then references, then the sections it depends on, then its recipe. */
  initialize(): Promise<void> {
    return whileDoing(`Initializing section ${this.name}.`, async () => {
      if (this.#raw.has('<')) this.#raw = extendRaw(this.name, this.#raw, this.#host);
      const references = [...this.#raw].filter(([, value]) => value.includes('${'));
      for (const [option, value] of references.sort(([a], [b]) => (a < b ? -1 : 1))) {
        await this.#cook(option, value);
      }
      // As in zc.buildout: [buildout] is never a part.
      if (this.name === 'buildout') return;
      for (const name of splitWords((await this.get('<part-dependencies>')) ?? '')) {
        await this.#host.openReferenced(name, this.#locate('<part-dependencies>'));
      }
      const recipe = await this.get('recipe');
      if (recipe !== undefined && recipe !== '') await this.#host.initializeRecipe(this);
    });
  }

  get(option: string, defaultValue?: string, seen?: string[]): Promise<string | undefined> {
    const known = this.#data.get(option);
    if (known !== undefined) return Promise.resolve(known);
    const value = this.#cooked.get(option) ?? this.#raw.get(option);
    if (value === undefined) return Promise.resolve(defaultValue);
    if (value.includes('${')) return this.#getReplaced(option, value, seen);
    this.#data.set(option, value);
    return Promise.resolve(value);
  }

  async require(option: string): Promise<string> {
    const value = await this.get(option);
    if (value !== undefined) return value;
    const nearest = nearestName(option, this.keys());
    throw new BuildError('CONFIG_MISSING_OPTION', `Missing option: ${this.name}:${option}`, {
      where: { section: this.name, option },
      ...(nearest === undefined ? {} : { hint: `did you mean \`${nearest}\`?` }),
    });
  }

  set(option: string, value: string): void {
    this.#data.set(option, value);
  }

  delete(option: string): void {
    const known = this.#raw.delete(option);
    if (known) this.#cooked.delete(option);
    if (this.#data.delete(option) || known) return;
    throw new BuildError('CONFIG_MISSING_OPTION', `Missing option: ${this.name}:${option}`, {
      where: { section: this.name, option },
    });
  }

  keys(): string[] {
    return [...new Set([...this.#raw.keys(), ...this.#data.keys()])];
  }

  copy(): Record<string, string> {
    return Object.fromEntries([...this.#raw, ...this.#cooked, ...this.#data]);
  }

  async entries(): Promise<[string, string][]> {
    const entries: [string, string][] = [];
    for (const option of this.keys()) entries.push([option, await this.require(option)]);
    return entries;
  }

  async substitute(template: string, seen: string[] = []): Promise<string> {
    let result = '';
    for (const piece of splitTemplate(template, () => this.#locateReference(template, seen))) {
      result += typeof piece === 'string' ? piece : await this.#followReference(piece, { template, seen });
    }
    return result;
  }

  layer(name: 'raw' | 'cooked' | 'data'): Map<string, string> {
    if (name === 'raw') return this.#raw;
    return name === 'cooked' ? this.#cooked : this.#data;
  }

  unusedOptions(): string[] {
    return [...this.#raw.keys()].filter((option) => !this.#data.has(option)).sort();
  }

  #cook(option: string, value: string): Promise<void> {
    return whileDoing(`Getting option ${this.name}:${option}.`, async () => {
      this.#cooked.set(option, await this.#replaceAll(value, [`${this.name}:${option}`]));
    });
  }

  #getReplaced(option: string, value: string, seen: string[] = []): Promise<string> {
    return whileDoing(`Getting option ${this.name}:${option}.`, async () => {
      const key = `${this.name}:${option}`;
      if (seen.includes(key)) throw this.#createCircleError(option, [...seen, key]);
      seen.push(key);
      const replaced = await this.#replaceAll(value, seen);
      seen.pop();
      this.#data.set(option, replaced);
      return replaced;
    });
  }

  /** `$$` keeps what follows it from being a reference, and stays: recipes know it. */
  async #replaceAll(value: string, seen: string[]): Promise<string> {
    const pieces: string[] = [];
    for (const piece of value.split('$$')) pieces.push(await this.substitute(piece, seen));
    return pieces.join('$$');
  }

  async #followReference(
    reference: { section: string; option: string; text: string },
    { template, seen }: { template: string; seen: string[] },
  ): Promise<string> {
    const { option } = reference;
    const name = reference.section === '' ? this.name : reference.section;
    const section = await this.#host.openReferenced(name, this.#locateReference(reference.text, seen));
    const value = await section.get(option, undefined, seen);
    if (value !== undefined) return value;
    if (option === '_buildout_section_name_') return this.name;
    const nearest = nearestName(option, section.keys());
    throw new BuildError('CONFIG_MISSING_OPTION', `Referenced option does not exist: ${name} ${option}`, {
      where: this.#locateReference(reference.text, seen) ?? { section: this.name },
      hint:
        `\`${reference.text}\` in \`${template.trim()}\` asks for it` +
        (nearest === undefined ? '' : `; did you mean \`${nearest}\`?`),
    });
  }

  /** Where the option stands whose references are being replaced: the last one in progress. */
  #locateReference(fragment: string, seen: readonly string[]): Where | undefined {
    const last = seen.at(-1);
    if (last === undefined) return { section: this.name };
    const [section = '', ...option] = last.split(':');
    return locateOption(this.#host.annotated, { section, option: option.join(':'), fragment });
  }

  #locate(option: string): Where {
    return locateOption(this.#host.annotated, { section: this.name, option });
  }

  #createCircleError(option: string, circle: readonly string[]): BuildError {
    const start = circle.indexOf(circle.at(-1) ?? '');
    return new BuildError('CONFIG_CIRCULAR_REFERENCE', 'Circular reference in substitutions.\n', {
      where: this.#locate(option),
      hint: `${circle.slice(start).join(' → ')}: remove one of these references`,
    });
  }
}

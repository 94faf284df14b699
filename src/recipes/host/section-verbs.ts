// What recipes and extensions do with the configuration: sections, their options, and the layers behind an option.

import type { Section, Sections } from '#config';
import type { Params, Verbs } from './connect-host.ts';

/** `configured` is what the files say (`buildout._raw[section]`); the others are the layers of an opened section. */
type Layer = 'configured' | 'raw' | 'cooked' | 'data';

interface OptionCall {
  section: string;
  option: string;
  value: string;
  layer?: Layer;
  seen?: string[];
}

interface CreateCall {
  section: string;
  options: Record<string, string>;
  initialise: boolean;
  replace: boolean;
}

export function createSectionVerbs(sections: Sections): Verbs {
  /** A layer's live map; `undefined` when there is no such section. */
  async function layerOf(name: string, layer: Layer): Promise<Map<string, string> | undefined> {
    return layer === 'configured' ? sections.raw(name) : (await sections.open(name)).layer(layer);
  }

  return {
    'config.sections': () => sections.names(),
    'config.parse': (params) => sections.parse(String(params['text'])),
    'config.parts'(params) {
      const { parts } = params as { parts?: string[] };
      if (parts !== undefined) sections.parts.splice(0, sections.parts.length, ...parts);
      return sections.parts;
    },
    async 'section.open'(params) {
      await sections.open(nameIn(params));
    },
    'section.create'(params) {
      const { section, options, initialise, replace } = params as unknown as CreateCall;
      return sections.create(section, options, { initialise, replace });
    },
    'section.delete': (params) => sections.delete(nameIn(params)),
    async 'section.snapshot'(params) {
      const layer = params['layer'] as Layer | 'keys' | 'copy';
      if (layer === 'keys') return (await sections.open(nameIn(params))).keys();
      if (layer === 'copy') return (await sections.open(nameIn(params))).copy();
      const found = await layerOf(nameIn(params), layer);
      return found === undefined ? null : [...found];
    },
    async 'section.substitute'(params) {
      const { template, seen } = params as { template: string; seen: string[] };
      return (await sections.open(nameIn(params))).substitute(template, seen);
    },
    async 'option.get'(params) {
      const { section, option, layer, seen } = params as unknown as OptionCall;
      if (layer === undefined) return readOption(await sections.open(section), option, seen);
      return (await layerOf(section, layer))?.get(option);
    },
    async 'option.set'(params) {
      const { section, option, value, layer } = params as unknown as OptionCall;
      if (layer === undefined) (await sections.open(section)).set(option, value);
      else (await layerOf(section, layer))?.set(option, value);
    },
    async 'option.delete'(params) {
      const { section, option, layer } = params as unknown as OptionCall;
      if (layer === undefined) (await sections.open(section)).delete(option);
      else (await layerOf(section, layer))?.delete(option);
    },
  };
}

function nameIn(params: Params): string {
  return String(params['section']);
}

function readOption(section: Section, option: string, seen?: string[]): Promise<string | undefined> {
  return seen === undefined ? section.get(option) : section.get(option, undefined, seen);
}

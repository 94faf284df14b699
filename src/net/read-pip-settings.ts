// pip's own configuration.
import type { Environment } from '#base';
export interface PipSetting { value: string; source: string }
export interface PipSettings { indexUrl?: PipSetting; cert?: PipSetting; proxy?: PipSetting }
export function readPipSettings(_environment: Environment): PipSettings { return {}; }

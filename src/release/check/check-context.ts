// What every check looks at: the configuration as read, and what a fresh installation of it takes.

import type { Report, Environment } from '#base';
import type { Configuration } from '#config';
import type { InstallSurvey } from '#parts';

export interface CheckContext {
  readonly configuration: Configuration;
  readonly survey: InstallSurvey;
  readonly environment: Environment;
  readonly report: Report;
}

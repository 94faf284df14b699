// Where a thread for eggs starts: an entry of the bundle of its own.

import { parentPort } from 'node:worker_threads';

import { serveTasks } from '#base';

import { eggTasks } from './egg-tasks.ts';

if (parentPort !== null) serveTasks(eggTasks, parentPort);

// A thread that is a hand of a crew: parallel.ts starts it with its data.

import { parentPort, workerData } from 'node:worker_threads';
import { type HandData, type HandPort, serve } from './hand.ts';

serve(parentPort as HandPort, workerData as HandData);

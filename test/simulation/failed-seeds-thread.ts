import { parentPort, workerData } from 'node:worker_threads';
import { failedSeeds, type Seeds } from './failed-seeds.ts';

// Thousands of errors are part of what is simulated. Nobody reads where they were made: a seed that fails is run again alone.
Error.stackTraceLimit = 0;

parentPort?.postMessage(await failedSeeds(workerData as Seeds, (news) => parentPort?.postMessage(news)));

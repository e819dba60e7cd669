import { parentPort, workerData } from 'node:worker_threads';
import { failedSeeds, type Seeds } from './failed-seeds.ts';

parentPort?.postMessage(await failedSeeds(workerData as Seeds, (news) => parentPort?.postMessage(news)));

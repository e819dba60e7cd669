import { whole } from '../../../domain/settings/number-rules.ts';
import type { SettingTable } from '../../settings/setting-table.ts';

export const clusterTable = {
  executors: { ...whole(1, 64), default: 1, description: 'processes on this machine' },
  slots: { ...whole(1, 4096), default: 32, unit: 'jobs', description: 'at once in each of them' },
} as const satisfies SettingTable;

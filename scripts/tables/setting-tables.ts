// The tables of settings in the documentation: rows come from the tables that the code checks settings by.
import { evaluationRules } from '../../services/domain/run/evaluation-rules.ts';
import { convergenceRules, finalPickRules } from '../../services/domain/run/search-rules.ts';
import type { RegistryName } from '../../services/domain/settings/setting-rule.ts';
import { limitsTable, sharesTable } from '../../services/shared/config/limits-table.ts';
import { benchmarkTable } from '../../services/shared/config/run-file-tables/benchmark-table.ts';
import { clusterTable } from '../../services/shared/config/run-file-tables/cluster-table.ts';
import { endpointTable } from '../../services/shared/config/run-file-tables/endpoint-table.ts';
import { modelTables } from '../../services/shared/config/run-file-tables/model-tables.ts';
import { searchTable } from '../../services/shared/config/run-file-tables/search-table.ts';
import { shareTable } from '../../services/shared/config/run-file-tables/share-table.ts';
import { cacheTable, topTable } from '../../services/shared/config/run-file-tables/top-table.ts';
import { tracingTable } from '../../services/shared/config/service-settings/tracing-table.ts';
import { coordinatorTable } from '../../services/shared/config/service-tables/coordinator-table.ts';
import { dashboardTable } from '../../services/shared/config/service-tables/dashboard-table.ts';
import { sandboxTable } from '../../services/shared/config/service-tables/sandbox-table.ts';
import { serviceTable } from '../../services/shared/config/service-tables/service-table.ts';
import { simulatorTable } from '../../services/shared/config/service-tables/simulator-table.ts';
import { executorTable, predictorTable } from '../../services/shared/config/service-tables/worker-tables.ts';
import { sweepTable } from '../../services/shared/config/sweep-file/sweep-file-schema.ts';
import { registries } from '../../services/shared/settings/registries.ts';
import { defaultOf, rangeOf } from '../../services/shared/settings/rule-schema.ts';
import type { SettingTable } from '../../services/shared/settings/setting-table.ts';
import type { VariableTable } from '../../services/shared/settings/variable-table.ts';

type Row = readonly string[];

/** A page's text with its tables as they are now. They stand between two comments, of which the first names the table. */
export function withSettingTables(page: string): string {
  return page.replace(
    /(<!-- settings: ([a-z ]+) -->\n)[\s\S]*?(?=<!-- end of settings -->)/g,
    (_, mark: string, name: string) => {
      const table = tables[name];
      if (table === undefined) throw new RangeError(`there is no table "${name}"; use one of ${Object.keys(tables).join(', ')}`);
      return `${mark}\n${table()}\n`;
    },
  );
}

/** By the names that pages call them. */
const tables: Readonly<Record<string, () => string>> = {
  'run file': () => settingRows(topTable),
  'sweep file': () => settingRows(sweepTable),
  benchmark: () => settingRows(benchmarkTable),
  models: modelRows,
  endpoints: () => settingRows(endpointTable),
  search: searchRows,
  evaluation: evaluationRows,
  cluster: () => settingRows(clusterTable),
  cache: () => settingRows(cacheTable),
  share: () => settingRows(shareTable),
  limits: () => markdown(heads, [...rowsOf(limitsTable), ...rowsOf(sharesTable, 'shares.')]),
  services: () => variableRows(serviceTable),
  coordinator: () => variableRows(coordinatorTable),
  workers: workerRows,
  sandbox: () => variableRows(sandboxTable),
  tracing: () => variableRows(tracingTable),
  dashboard: () => variableRows(withoutShared(dashboardTable)),
  simulator: () => variableRows(withoutShared(simulatorTable)),
};

const heads = ['setting', 'default', 'may be', 'what it is'];

function settingRows(table: SettingTable): string {
  return markdown(heads, rowsOf(table));
}

function rowsOf(table: SettingTable, prefix = ''): Row[] {
  return Object.entries(table).map(([name, setting]) => [
    code(prefix + name),
    setting.type === 'special' ? setting.shownDefault || none : shown(defaultOf(setting)),
    setting.type === 'special' ? setting.range : rangeOf(setting),
    setting.description,
  ]);
}

function modelRows(): string {
  const [executor, optimizer] = [rowsOf(modelTables.executor), rowsOf(modelTables.optimizer)];
  const presetOf = (rows: readonly Row[], wanted: string) => rows.find(([name]) => name === wanted)?.[1] ?? none;
  const all = new Map([...executor, ...optimizer].map((row) => [row[0], row]));
  const rows = [...all.values()].map(([name = '', , range = '', description = '']) => {
    return [name, presetOf(executor, name), presetOf(optimizer, name), range, description];
  });
  return markdown(['setting', 'executor', 'optimizer', 'may be', 'what it is'], rows);
}

function searchRows(): string {
  const rows = Object.entries<SettingTable[string]>(searchTable(finalPickRules.policy.default)).flatMap(([name, setting]) => {
    const [row = []] = rowsOf({ [name]: setting });
    if (name === 'convergence') return [row, ...rowsOf(convergenceRules, 'convergence.')];
    if (name === 'final_pick') return [row, ...rowsOf(finalPickRules, 'final_pick.'), ...ownRows('pick policies', 'final_pick.')];
    return [row];
  });
  return markdown(heads, rows);
}

function evaluationRows(): string {
  return markdown(heads, [...rowsOf(evaluationRules), ...ownRows('evaluation methods')]);
}

/** Settings that only one method or policy has. */
function ownRows(registry: RegistryName, prefix = ''): Row[] {
  return [...registries[registry].values()].flatMap(({ name, settings = {} }) =>
    rowsOf(settings, prefix).map(([setting = '', preset = '', range = '', description = '']) => [
      setting,
      preset,
      range,
      `of ${code(name)} alone: ${description}`,
    ]),
  );
}

/** A variable of all services stands with those. */
function withoutShared(table: VariableTable): VariableTable {
  const shared = new Set(Object.values(serviceTable).map(({ variable }) => variable as string));
  return Object.fromEntries(Object.entries(table).filter(([, { variable }]) => !shared.has(variable)));
}

function workerRows(): string {
  const predictor = variableTableRows(predictorTable);
  return markdown(
    variableHeads,
    variableTableRows(executorTable).map(([name = '', preset = '', ...rest], index) => {
      const ofPredictor = predictor[index]?.[1] ?? preset;
      return [name, preset === ofPredictor ? preset : `${preset}; predictor: ${ofPredictor}`, ...rest];
    }),
  );
}

const variableHeads = ['variable', ...heads.slice(1)];

function variableRows(table: VariableTable): string {
  return markdown(variableHeads, variableTableRows(table));
}

function variableTableRows(table: VariableTable): Row[] {
  return Object.values(table).flatMap((setting) => {
    const { variable, secret = false, description } = setting;
    const told = secret
      ? `${description}; or its file in [${code(`${variable}_FILE`)}](security.md#secrets-as-files)`
      : description;
    return rowsOf({ [variable]: { ...setting, description: told } });
  });
}

const code = (text: string): string => `\`${text}\``;
const none = '–';
const shown = (value: string): string => (value === '' ? none : code(value));

function markdown(names: readonly string[], rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(names), line(names.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

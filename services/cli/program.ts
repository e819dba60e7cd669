import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { addAuditCommand } from './commands/audit.ts';
import { addBackupCommand } from './commands/backup.ts';
import { addBenchCommand } from './commands/bench.ts';
import { addCacheCommand } from './commands/cache.ts';
import { addCancelCommand } from './commands/cancel.ts';
import { addCompareCommand } from './commands/compare.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addDashboardCommand } from './commands/dashboard.ts';
import { addDataCommand } from './commands/data.ts';
import { addDeadLettersCommand } from './commands/dead-letters.ts';
import { addDeleteCommand } from './commands/delete.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addEndpointsCommand } from './commands/endpoints.ts';
import { addEvalCommand } from './commands/eval.ts';
import { addExperimentCommand } from './commands/experiment.ts';
import { addExportCommand } from './commands/export.ts';
import { addInitCommand } from './commands/init.ts';
import { addLabelCommand } from './commands/label.ts';
import { addLimitsCommand } from './commands/limits.ts';
import { addListCommand } from './commands/list.ts';
import { addMemoryCommand } from './commands/memory.ts';
import { addNatsConfigCommand } from './commands/nats-config.ts';
import { addPauseCommand } from './commands/pause.ts';
import { addPruneCommand } from './commands/prune.ts';
import { addReplayCommand } from './commands/replay.ts';
import { addReportCommand } from './commands/report.ts';
import { addRescoreCommand } from './commands/rescore.ts';
import { addRestoreCommand } from './commands/restore.ts';
import { addResumeCommand } from './commands/resume.ts';
import { addRouteCommand } from './commands/route.ts';
import { addRunCommand } from './commands/run.ts';
import { addSchemaCommand } from './commands/schema.ts';
import { addServeCommand } from './commands/serve.ts';
import { addShareCommand } from './commands/share.ts';
import { addShowCommand } from './commands/show.ts';
import { addSimulateModelCommand } from './commands/simulate-model.ts';
import { addStatusCommand } from './commands/status.ts';
import { addSweepCommand } from './commands/sweep.ts';
import { addValidateCommand } from './commands/validate.ts';
import { addWatchCommand } from './commands/watch.ts';
import { addExamples } from './examples.ts';
import { type AddCommand, createRootCommand } from './root-command.ts';

/** In the order in which --help lists them. A new command is one file and one line here. */
const commands: readonly AddCommand[] = [
  addInitCommand,
  addRunCommand,
  addSweepCommand,
  addListCommand,
  addStatusCommand,
  addEndpointsCommand,
  addWatchCommand,
  addDashboardCommand,
  addCancelCommand,
  addPauseCommand,
  addResumeCommand,
  addShareCommand,
  addLimitsCommand,
  addReportCommand,
  addShowCommand,
  addExportCommand,
  addRouteCommand,
  addServeCommand,
  addLabelCommand,
  addDeleteCommand,
  addPruneCommand,
  addMemoryCommand,
  addCacheCommand,
  addDeadLettersCommand,
  addAuditCommand,
  addBackupCommand,
  addRestoreCommand,
  addEvalCommand,
  addCompareCommand,
  addRescoreCommand,
  addValidateCommand,
  addSchemaCommand,
  addDoctorCommand,
  addNatsConfigCommand,
  addDataCommand,
  addSimulateModelCommand,
  addReplayCommand,
  addExperimentCommand,
  addBenchCommand,
  addCompletionCommand,
];

/** With all commands. */
export function createProgram(cli: Cli): Command {
  const program = createRootCommand(cli);
  for (const add of commands) add(program, cli);
  for (const command of program.commands) addExamples(command, cli.command);
  return program;
}

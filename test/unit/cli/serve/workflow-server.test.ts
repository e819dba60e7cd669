import { executorsHere } from '../../../../services/cli/in-process/workflow-executor.ts';
import { describeWorkflowServer } from '../../../contract/workflow-server.contract.ts';

describeWorkflowServer('in this process', executorsHere({}));

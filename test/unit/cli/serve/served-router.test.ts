import { executorsHere } from '../../../../services/cli/in-process/workflow-executor.ts';
import { describeServedRouter } from '../../../contract/served-router.contract.ts';

describeServedRouter('in one process', executorsHere({}), true);

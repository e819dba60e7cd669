import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { ControlServiceService } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { type ControlClient, connectControl } from '../../../../services/shared/control-client/control-client.ts';

const never = new AbortController().signal;

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _item of items);
}

const asked: Readonly<Record<string, (client: ControlClient) => Promise<unknown>>> = {
  'a call': (client) => client.listRuns(never),
  'a stream': (client) => drain(client.watchRun({ runId: 'r', afterSequence: 0, follow: true }, never)),
};

test.each(Object.keys(asked))('%s that a server which stops has not answered may be tried again', async (name) => {
  const server = new Server();
  const arrived = Promise.withResolvers<void>();
  const silent = (): void => arrived.resolve();
  const names = Object.keys(ControlServiceService);
  server.addService(
    ControlServiceService,
    Object.fromEntries(names.map((each) => [each, silent])) as UntypedServiceImplementation,
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const client = connectControl(`127.0.0.1:${port}`);
  const answer = asked[name]?.(client);
  await arrived.promise;
  server.forceShutdown();
  await expect(answer).rejects.toMatchObject({
    kind: 'unreachable',
    message: `the coordinator at 127.0.0.1:${port} does not answer (it stopped before it had answered)`,
  });
  client.close();
});

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a host answers one request, the file being given; undefined: as it should. */
export type HostFault =
  | { readonly status: number; readonly retryAfter?: string }
  /** Sends so many bytes of the body, and breaks off when the test says that they have come. */
  | { readonly cutAfter: number }
  /** Sends so many bytes, and then nothing for good. */
  | { readonly silentAfter: number }
  /** Has an X at this place of the file. */
  | { readonly wrongByteAt: number };

interface Break {
  /** Place in the file. */
  readonly at: number;
  readonly response: ServerResponse;
}

export interface ReleaseHost extends AsyncDisposable {
  readonly url: string;
  /** The Range header of each request so far, '' for none, with the path before it. */
  readonly requests: string[];
  /** Faults of the next requests, one each, in order. */
  readonly faults: (HostFault | undefined)[];
  readonly files: Map<string, Buffer>;
  /**
   * What is put before the entity tags: another one means that all files are new. '' for hosts that have no tags and no ranges.
   */
  version: string;
  /** To be told how many bytes a client has by now. */
  readonly onProgress: (url: string, done: number) => void;
}

/** A web server on loopback that has files, ranges and entity tags, and the faults it is told to have. */
export async function startReleaseHost(files: ReadonlyMap<string, Buffer>): Promise<ReleaseHost> {
  const requests: string[] = [];
  let pending: Break | undefined;
  const server = createServer((request, response) => {
    requests.push(`${request.url} ${request.headers.range ?? ''}`.trim());
    const content = host.files.get(request.url ?? '');
    const fault = host.faults.shift();
    if (content === undefined) response.writeHead(404).end();
    else if (fault !== undefined && 'status' in fault) {
      response.writeHead(fault.status, fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }).end();
    } else pending = send(request, response, content, host.version, fault);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host: ReleaseHost = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    faults: [],
    files: new Map(files),
    version: 'v1',
    onProgress: (_url, done) => {
      if (pending !== undefined && done >= pending.at) pending.response.destroy();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return host;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  version: string,
  fault: Exclude<HostFault, { readonly status: number }> | undefined,
): Break | undefined {
  const etag = `"${version}-${content.length}"`;
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  const start = version !== '' && request.headers['if-range'] === etag ? Number(asked ?? 0) : 0;
  const body = Buffer.from(content.subarray(start));
  if (fault && 'wrongByteAt' in fault && fault.wrongByteAt >= start) body[fault.wrongByteAt - start] = 0x58;
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': body.length,
    ...(version === '' ? {} : { etag }),
    ...(start > 0 ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
  });
  if (fault && 'cutAfter' in fault) {
    response.write(body.subarray(0, fault.cutAfter));
    return { at: start + fault.cutAfter, response };
  }
  if (fault && 'silentAfter' in fault) response.write(body.subarray(0, fault.silentAfter));
  else response.end(body);
  return undefined;
}

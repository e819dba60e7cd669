import { Metadata, ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import { answeredBy, retryAfter } from '../../shared/control-client/control-error.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Access, Caller } from './access.ts';
import type { AuditCall } from './audit-calls.ts';
import type { CallMeter } from './call-limits.ts';
import { bearerToken } from './credential.ts';
import { mayAct, type Role, roleNeededFor, roles } from './roles.ts';

interface Refusal {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

export interface AccessDependencies {
  /** Told of each call that may change something and has ended, and of those that their callers may not make. */
  readonly audit: AuditCall;
  readonly access: Access;
  readonly meter: CallMeter;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly timing: Timing;
}

const tellEveryMs = 1_000;
/** Under which a handler finds who calls. */
const callerKey = 'scale-caller';

const teamKey = 'scale-team';
const roleKey = 'scale-role';

/** By its token or certificate; what the interceptor has seen to, and never what a client says of itself. */
export function callerIn(metadata: Metadata): { readonly name: string; readonly role: Role; readonly team?: string } {
  const [name = '', team] = [metadata.get(callerKey)[0], metadata.get(teamKey)[0]];
  const role = roles.find((known) => known === metadata.get(roleKey)[0]) ?? 'read';
  return { name: String(name), role, ...(team !== undefined && { team: String(team) }) };
}

type InterceptedCall = Parameters<ServerInterceptor>[1];

/**
 * Stands before every method of the server, those of services added later included: before a call's message is even read, it must
 * be someone's who may make it. Whoever loses that right, loses the streams that are open.
 */
export function accessInterceptor({ audit, access, meter, logger, timing }: AccessDependencies): ServerInterceptor {
  /** Of each stream under way, what ends it if its caller may no longer have it. */
  const open = new Set<() => void>();
  access.onChange(() => {
    for (const check of open) check();
  });

  let toldAtMs = Number.NEGATIVE_INFINITY;
  /** Whoever calls too often is told so each time, and the log now and then. */
  const mayTell = ({ code }: Refusal): boolean => {
    if (code !== status.RESOURCE_EXHAUSTED) return true;
    const now = timing.monotonicMs();
    if (now - toldAtMs < tellEveryMs) return false;
    toldAtMs = now;
    return true;
  };

  return ({ path }, call) => {
    const client = hostOf(call.getPeer());
    /** Who only looks is nobody's business, and looks often. */
    const isTold = ['run', 'admin'].includes(roleNeededFor(path));
    let caller: Caller | undefined;
    let asked: Record<string, unknown> = {};
    let request: Readonly<Record<string, unknown>> = {};
    let answered: Readonly<Record<string, unknown>> = {};
    const noteDeed = ({ name, role }: Caller, code: status): Promise<void> =>
      audit({ caller: name, role, address: client, method: methodOf(path), code: status[code], request, answered });
    let isRevoked = false;
    const releases: (() => void)[] = [];
    const over = (): void => {
      for (const release of releases.splice(0)) release();
    };
    const refuse = (refusal: Refusal): void => {
      over();
      const told = { client, caller: caller?.name, method: methodOf(path), code: status[refusal.code] };
      if (mayTell(refusal)) logger.warn(told, refusal.details);
      call.sendStatus(refusal);
    };

    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, forward) => {
            const admitted = admit(access, path, metadata, call);
            const name = 'caller' in admitted ? `${admitted.caller.name} at ${client}` : client;
            const share = meter.begin(name);
            if ('refusal' in share) return refuse(refusalOf(status.RESOURCE_EXHAUSTED, share.refusal, share.retryAfterMs));
            releases.push(share.end);
            if ('refused' in admitted) {
              const { refused, known } = admitted;
              if (known === undefined || !isTold) return refuse(refused);
              return void noteDeed(known, refused.code).then(() => refuse(refused));
            }
            caller = admitted.caller;
            const check = (): void => {
              const now = admit(access, path, metadata, call);
              if (!('refused' in now)) return;
              isRevoked = true;
              refuse(now.refused);
            };
            open.add(check);
            releases.push(() => open.delete(check));
            // In place of any that the client may have sent.
            metadata.set(callerKey, caller.name);
            metadata.set(roleKey, caller.role);
            metadata.remove(teamKey);
            if (caller.team !== undefined) metadata.set(teamKey, caller.team);
            forward(metadata);
          },
          onReceiveMessage: (message: unknown, forward) => {
            if (isTold) {
              asked = toldOf(message);
              request = message as Readonly<Record<string, unknown>>;
            }
            forward(message);
          },
          onCancel: over,
        }),
      sendMessage: (message: unknown, next) => {
        if (isRevoked) return;
        if (isTold) {
          answered = toldOf(message);
          asked = { ...asked, ...answered };
        }
        next(message);
      },
      sendStatus: (sent, next) => {
        over();
        if (isRevoked) return;
        if (caller && isTold) {
          const { name, role } = caller;
          logger.info(
            { caller: name, role, client, method: methodOf(path), ...asked, code: status[sent.code ?? status.OK] },
            'a control call',
          );
          return void noteDeed(caller, sent.code ?? status.OK).then(() => next(sent));
        }
        next(sent);
      },
    });
  };
}

function admit(
  access: Access,
  path: string,
  metadata: Metadata,
  call: InterceptedCall,
): { readonly caller: Caller } | { readonly refused: Refusal; readonly known?: Caller } {
  const needed = roleNeededFor(path);
  if (needed === 'anyone') return { caller: { name: 'a probe', role: 'read' } };
  const certificate = call.getAuthContext().sslPeerCertificate;
  const found = access.callerOf({ token: bearerToken(metadata.get('authorization')), certificate });
  if ('stranger' in found) return { refused: refusalOf(status.UNAUTHENTICATED, found.stranger) };
  if (needed !== 'nobody' && mayAct(found.role, needed)) return { caller: found };
  const message =
    needed === 'nobody'
      ? `${methodOf(path)} has no role yet, and is refused to everyone`
      : `${methodOf(path)} needs the role ${needed}, but ${found.name} has the role ${found.role}: use a token with the role ` +
        `${needed}, or have the coordinator's operator raise that of ${found.name}`;
  return { refused: refusalOf(status.PERMISSION_DENIED, message), known: found };
}

function refusalOf(code: status, details: string, retryAfterMs?: number): Refusal {
  const metadata = new Metadata();
  metadata.set(answeredBy, 'coordinator');
  if (retryAfterMs !== undefined) metadata.set(retryAfter, String(retryAfterMs));
  return { code, details, metadata };
}

/** What the log tells of a message: whom it concerns, never its content. */
function toldOf(message: unknown): Record<string, unknown> {
  const { runId, runIds, sweepId, reason } = message as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries({ runId, runIds, sweepId, reason }).filter(([, value]) => value !== undefined && value !== ''),
  );
}

function methodOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Without the port, which is another one for each connection. */
function hostOf(peer: string): string {
  return peer.replace(/:\d+$/, '');
}

import { attribute } from './conventions.ts';

/** Where a call goes; nothing else of its address, which may hold a secret. */
export function serverAttributes({ hostname, port, protocol }: URL) {
  return { [attribute.serverAddress]: hostname, [attribute.serverPort]: Number(port) || (protocol === 'https:' ? 443 : 80) };
}

import type { StoredMsg } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from 'nats';
import type { BlobStore } from '../bus.ts';

/** A body as it travels: in the message, or, if too large for that, in a blob that a header names. */
export interface CarriedBody {
  readonly data: Uint8Array;
  readonly headers: MsgHdrs | undefined;
}

/** Far below the server's max_payload (1 MB by default), above which the client refuses to send. */
const largestInMessage = 256 * 1024;
const blobHeader = 'Scale-Blob';

export function fitsMessage(body: Uint8Array): boolean {
  return body.length <= largestInMessage;
}

export async function carryBody(blobs: BlobStore, body: Uint8Array): Promise<CarriedBody> {
  if (fitsMessage(body)) return { data: body, headers: undefined };
  const withBlob = headers();
  withBlob.set(blobHeader, await blobs.put(body));
  return { data: new Uint8Array(), headers: withBlob };
}

/** The blob that a message's headers refer to. */
export function blobIn(carried: MsgHdrs | undefined): string | undefined {
  return carried?.get(blobHeader) || undefined;
}

/** @throws BlobMissingError, BusError */
export async function fetchBody(blobs: BlobStore, carried: CarriedBody): Promise<Uint8Array> {
  const blob = blobIn(carried.headers);
  return blob ? await blobs.get(blob) : carried.data;
}

/** A message read by its sequence names its headers differently from one that was delivered. */
export function carriedBy({ data, header }: StoredMsg): CarriedBody {
  return { data, headers: header };
}

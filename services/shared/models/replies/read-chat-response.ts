import { ForeignReplyError, LargeReplyError, MalformedReplyError, WebPageError } from '../errors/endpoint-errors.ts';
import { jsonIn } from '../errors/json-in.ts';
import { fieldsOf, isMarkup } from '../errors/server-answer.ts';
import { type BodyReader, readBody } from '../http/body-reader.ts';
import type { AnswerBody } from '../http/http-answer.ts';
import type { ReplyCollector } from './chat-reply.ts';
import { createEventReader } from './event-reader.ts';
import { givenReason } from './finish-reason.ts';

/** A reply must not fill the memory, here or further on: about half of this is a million tokens. */
export const longestReplyBytes = 8 * 1024 * 1024;

/** After its last piece of text, a server has this long to send the figures and the end. */
const patienceMs = 2_000;
/** A reply that has ended without any text may have ended only its thoughts. */
const patienceWithoutTextMs = 10_000;

/** Of words amid the events of a stream: what a proxy or a framework writes there when its server has failed. */
const failureWords = /error|exception|traceback|fail|timed? ?out|unavailable|overloaded|abort|terminat|denied|disconnect/i;

/**
 * Reads a body into a reply, whatever its content type: a stream of events, one JSON document, or one per line. It ends where the
 * reply says that it ends, or, if only the last figures are missing, when nothing more comes: some servers keep the connection
 * open.
 * @param onToken called for each piece that brought text
 * @returns whether it was streamed
 * @throws MalformedReplyError, ServerRefusal, LargeReplyError, ForeignReplyError, WebPageError, or the error that the connection
 * failed with
 */
export async function readChatResponse(answer: AnswerBody, collector: ReplyCollector, onToken: () => void): Promise<boolean> {
  const body = readBody(answer);
  try {
    const start = await readBeginning(body);
    const streamed = !/^[{[]/.test(start);
    if (isMarkup(start)) throw new WebPageError(await moreOf(body, start));
    if (streamed) await readEvents(body, start, collector, onToken);
    else await readDocument(body, start, collector);
    body.leave();
    return streamed;
  } catch (error) {
    body.drop();
    throw error;
  }
}

/** Skips the blanks with which servers keep a connection alive: "" if nothing else ever came. */
async function readBeginning(body: BodyReader): Promise<string> {
  for (;;) {
    const piece = await body.read();
    if (piece === undefined || piece === 'silence') return '';
    const text = piece.text.trimStart();
    if (text !== '') return text;
  }
}

async function readEvents(body: BodyReader, start: string, collector: ReplyCollector, onToken: () => void): Promise<void> {
  const events = createEventReader();
  let text = start;
  let seen = 0;
  for (;;) {
    for (const event of events.push(text)) {
      // What follows the end is no part of the reply, whether it comes with it or later.
      if (collector.hasEnded) break;
      if (event.kind === 'done') {
        // Without a finish reason, [DONE] may only mean that the server has given up.
        if (collector.state === 'open' && failureWords.test(events.passedOver)) throw notJson(events.passedOver);
        collector.end();
      } else if (collector.add(event.body, event.name)) onToken();
      seen += 1;
    }
    if (collector.hasEnded) return;
    if (collector.length > longestReplyBytes || events.pending > longestReplyBytes) throw tooLarge();
    // Where the connection breaks off, only the figures may be missing. Estimated ones would be charged, and a run that was
    // disturbed would be charged otherwise than one that was not: the call is made again.
    const piece = await body.read(collector.state === 'open' ? undefined : patienceFor(collector));
    if (piece === 'silence') return;
    if (piece === undefined) break;
    text = piece.text;
  }
  try {
    for (const event of events.push('\n\n')) {
      if (event.kind === 'done') collector.end();
      else collector.add(event.body, event.name);
      seen += 1;
    }
  } catch (error) {
    // A last event that broke off, after everything that was wanted.
    if (!(error instanceof MalformedReplyError) || collector.state === 'open') throw error;
  }
  if (collector.state === 'open' && events.passedOver !== '') throw notJson(events.passedOver);
  if (seen === 0)
    throw new MalformedReplyError(
      start === '' ? 'the reply is empty' : `the reply is neither JSON nor a stream of events: ${start}`,
    );
}

function notJson(said: string): MalformedReplyError {
  return new MalformedReplyError(`the reply ends before it is complete; what came last is not JSON: ${said}`);
}

function patienceFor(collector: ReplyCollector): number {
  return collector.hasText ? patienceMs : patienceWithoutTextMs;
}

async function readDocument(body: BodyReader, start: string, collector: ReplyCollector): Promise<void> {
  let text = start;
  for (;;) {
    if (text.length > longestReplyBytes) throw tooLarge();
    const piece = await body.read(patienceMs);
    if (piece === undefined) break;
    if (piece !== 'silence') text += piece.text;
    else if (isWhole(documentsIn(text))) break;
  }
  const documents = documentsIn(text);
  if (documents === undefined) throw new MalformedReplyError('the reply is not complete JSON');
  for (const document of documents) collector.add(document, '');
  const isForeign = collector.length === 0 && Object.keys(collector.usage).length === 0 && !documents.some(hasChoices);
  if (isForeign) throw new ForeignReplyError(text);
  if (documents.length === 1 ? isWhole(documents) : collector.state !== 'open') collector.end();
}

/** One document, or one per line; undefined if the text is not made of complete ones. */
function documentsIn(text: string): unknown[] | undefined {
  const parsed = jsonIn(text);
  if (parsed !== undefined) return [parsed];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const documents = lines.length > 1 ? lines.map(jsonIn) : [undefined];
  return documents.includes(undefined) ? undefined : documents;
}

/** A stream may come in lines without a frame, of which the first is a complete document, too. */
function isWhole(documents: readonly unknown[] | undefined): boolean {
  const last = fieldsOf(documents?.at(-1)).choices;
  const choice = fieldsOf(Array.isArray(last) ? last[0] : undefined);
  return documents !== undefined && (choice.delta === undefined || givenReason(choice.finish_reason) !== undefined);
}

function hasChoices(document: unknown): boolean {
  return 'choices' in fieldsOf(document);
}

async function moreOf(body: BodyReader, start: string): Promise<string> {
  const piece = start.length < 500 ? await body.read(patienceMs) : undefined;
  return start + (typeof piece === 'object' ? piece.text : '');
}

function tooLarge(): LargeReplyError {
  return new LargeReplyError(`the reply is longer than the ${longestReplyBytes / 1024 ** 2} MiB that are taken in.`);
}

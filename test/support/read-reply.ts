import { type ChatReply, createReplyCollector } from '../../services/shared/models/replies/chat-reply.ts';

/**
 * The reply in the body of a call that was not streamed.
 * @throws as a collector does
 */
export function readReply(body: unknown): ChatReply {
  const collector = createReplyCollector();
  collector.add(body);
  collector.end();
  return collector.reply();
}

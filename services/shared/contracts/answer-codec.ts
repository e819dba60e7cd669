import { AnswerMessage, Question } from './generated/scale/v1/answer.ts';
import { readMessage, readVersionedMessage } from './read-message.ts';

export function encodeQuestion(question: Question): Uint8Array {
  return Question.encode(question).finish();
}

/** @throws ContractError */
export function decodeQuestion(bytes: Uint8Array): Question {
  return readVersionedMessage('Question', Question, bytes);
}

export function encodeAnswerMessage(message: AnswerMessage): Uint8Array {
  return AnswerMessage.encode(message).finish();
}

/** @throws ContractError */
export function decodeAnswerMessage(bytes: Uint8Array): AnswerMessage {
  return readMessage('AnswerMessage', AnswerMessage, bytes);
}

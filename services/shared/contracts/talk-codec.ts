import { TalkFrame } from './generated/scale/v1/talk.ts';
import { readMessage } from './read-message.ts';

export function encodeTalkFrame(frame: TalkFrame): Uint8Array {
  return TalkFrame.encode(frame).finish();
}

/** @throws ContractError */
export function decodeTalkFrame(bytes: Uint8Array): TalkFrame {
  return readMessage('TalkFrame', TalkFrame, bytes);
}

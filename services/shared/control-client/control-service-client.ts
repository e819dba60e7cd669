import { type ChannelCredentials, type ClientOptions, makeGenericClientConstructor } from '@grpc/grpc-js';
import { type ControlServiceClient as Client, ControlServiceService } from '../contracts/generated/scale/v1/control.ts';

export type ControlServiceClient = Client;

/** Apart from the messages, which every service knows, since it loads gRPC. */
export const ControlServiceClient = makeGenericClientConstructor(
  ControlServiceService,
  'scale.v1.ControlService',
) as unknown as new (
  address: string,
  credentials: ChannelCredentials,
  options?: Partial<ClientOptions>,
) => Client;

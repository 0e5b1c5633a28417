import type { ProtoTime } from "./time.ts";

/**
 * The messages of `google/pubsub/v1/pubsub.proto` that the emulator reads, as grpc-js hands them over:
 * camelCase, numbers for 64-bit integers, `null` for an absent message.
 */
export interface PubsubMessage {
  readonly data: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageId: string;
  readonly publishTime: ProtoTime;
  readonly orderingKey: string;
}

export interface ReceivedMessage {
  readonly ackId: string;
  readonly message: PubsubMessage;
  /** 0 without a dead letter policy, as the API has it. */
  readonly deliveryAttempt: number;
}

export interface Topic {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly messageStoragePolicy: object | null;
  readonly kmsKeyName: string;
  readonly schemaSettings: object | null;
  readonly messageRetentionDuration: ProtoTime | null;
  readonly ingestionDataSourceSettings: object | null;
  readonly messageTransforms: readonly object[];
  readonly state: string;
}

export interface PushConfig {
  readonly pushEndpoint: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly oidcToken?: { readonly serviceAccountEmail: string; readonly audience: string } | null;
  readonly noWrapper?: { readonly writeMetadata: boolean } | null;
}

export interface DeadLetterPolicy {
  readonly deadLetterTopic: string;
  readonly maxDeliveryAttempts: number;
}

export interface RetryPolicy {
  readonly minimumBackoff: ProtoTime;
  readonly maximumBackoff: ProtoTime;
}

export interface Subscription {
  readonly name: string;
  readonly topic: string;
  readonly pushConfig: PushConfig | null;
  readonly bigqueryConfig: object | null;
  readonly cloudStorageConfig: object | null;
  readonly bigtableConfig: object | null;
  readonly messageTransforms: readonly object[];
  readonly ackDeadlineSeconds: number;
  readonly retainAckedMessages: boolean;
  readonly messageRetentionDuration: ProtoTime | null;
  readonly topicMessageRetentionDuration: ProtoTime | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly enableMessageOrdering: boolean;
  readonly expirationPolicy: { readonly ttl: ProtoTime | null } | null;
  readonly filter: string;
  readonly deadLetterPolicy: DeadLetterPolicy | null;
  readonly retryPolicy: Partial<RetryPolicy> | null;
  readonly detached: boolean;
  readonly enableExactlyOnceDelivery: boolean;
  readonly state: string;
}

export interface Snapshot {
  readonly name: string;
  readonly topic: string;
  readonly expireTime: ProtoTime;
  readonly labels: Readonly<Record<string, string>>;
}

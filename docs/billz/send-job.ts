// Sends jobs for Billz to Paydesk's queues. Needs: npm install @aws-sdk/client-sqs
//
// A job is named by its correlation id. Sent again with the same id, type and payload, it is the same job: it is done
// once, and asked for as often as you like. So a sender that does not know whether its message was taken sends it again.

import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

/** An id of 1 to 128 letters, digits, or any of - _ . : @ */
export type Id = string;
/** Soum: 0 or more, at most two decimals. A text is exact in every language: "35000.10". */
export type Amount = number | string;
/** Above 0, at most three decimals. */
export type Quantity = number | string;

export interface PlacedProduct {
  /** Billz's id of the product; productID is taken where it is missing. */
  ID?: Id;
  productID?: Id;
  qty: Quantity;
  name?: string | Record<string, string>;
  sku?: string;
  barCode?: string;
  imageUrl?: string;
  COLOR?: string;
  SIZE?: string;
  subTotalPrice?: Amount;
  discountAmount?: Amount;
  totalPrice?: Amount;
  [more: string]: unknown;
}

export interface PlacedOrder {
  orderID: number | Id;
  /** 1 to 100. */
  products: PlacedProduct[];
  subTotalPrice: Amount;
  /** Less than subTotalPrice. */
  discountAmount?: Amount;
  totalPrice: Amount;
  /** A client that an earlier job made under this id, or the name for the one in clientInfo. */
  clientIdSys?: Id;
  clientInfo?: { phone: string | number; firstName: string; lastName?: string; [more: string]: unknown };
  employeeID?: Id;
  region?: string;
  deliveryStatus?: "pending" | "packaging" | "packaged" | "delivering" | "delivered";
  /** What else your model has of the order is kept and shown. Nothing of bank cards. */
  [more: string]: unknown;
}

/** Each kind of job with its payload; jobs.schema.json says the same, field by field. */
export interface Payloads {
  CREATE_CLIENT: {
    clientPhone: string | number;
    clientFirstName: string;
    clientLastName?: string;
    clientIdSys?: Id;
  };
  CREATE_ORDER: { shopId?: string };
  ADD_ITEM: { orderId: Id; productId: Id; qty: Quantity; employeeID?: Id };
  ADD_CLIENT: { orderId: Id; customerId: Id };
  POSTPONE_ORDER: { orderId: Id; comment?: string };
  CANCEL_POSTPONE: { orderId: Id };
  CREATE_DISCOUNT: { orderId: Id; amount: Amount; totalPrice: Amount };
  MAKE_PAYMENT: { orderId: Id; cardId: Id; totalPrice: Amount };
  DELETE_ORDER: { orderId: Id };
  GET_ORDER: { orderId: Id };
  PLACE_ORDER: PlacedOrder;
}

export interface Job<Type extends keyof Payloads> {
  type: Type;
  payload: Payloads[Type];
  /** Yours, at most 100 characters, and the same for every sending of the same job. */
  correlationId: Id;
  /** Milliseconds since 1970. */
  timestamp?: number;
  /** The name of the queue that the result goes to; one of those that Paydesk was told of. */
  replyQueue?: string;
}

export interface Queues {
  /** URL of billz-payments: it never waits behind the other. */
  payments: string;
  /** URL of billz-operations. */
  operations: string;
}

/** Sends a job to its queue; answers the message's id. */
export async function sendJob<Type extends keyof Payloads>(
  client: SQSClient,
  queues: Queues,
  job: Job<Type>,
): Promise<string | undefined> {
  const QueueUrl = job.type === "MAKE_PAYMENT" ? queues.payments : queues.operations;
  const sent = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(job) }));
  return sent.MessageId;
}

/** An example: an order is placed; once its reply is there, it is paid. */
export async function placeOrder(client: SQSClient, queues: Queues): Promise<string | undefined> {
  return sendJob(client, queues, {
    type: "PLACE_ORDER",
    correlationId: "order-12345-placed",
    timestamp: Date.now(),
    replyQueue: "paydesk-billz-replies",
    payload: {
      orderID: 12345,
      clientIdSys: "64a7b8c9d5e6f7890abcdef2",
      clientInfo: { phone: "+998900000001", firstName: "Aziza" },
      products: [{ ID: "2ce40c63-4527-4898-a975-7c30c255fd50", qty: 2, name: { uz: "Piyola" } }],
      subTotalPrice: 70000,
      discountAmount: 5000,
      totalPrice: 65000,
      region: "Tashkent",
    },
  });
}

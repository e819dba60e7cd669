/** Of the endpoint that sends each token by itself: a reply of 193 tokens, its finish reason and its usage. */
export const eventsAReply = 195;

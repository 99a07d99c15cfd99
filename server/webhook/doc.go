// Package webhook sends what happens in the city to addresses that asked for it, by
// POST, signed.
//
// # Subscriptions
//
// A subscription names an address and a source ("fences/depots": what the watch
// depots tells). Its secret is made here, shown once, and kept in a record, which the
// store seals as every record. What is sent follows Standard Webhooks
// (https://www.standardwebhooks.com): the headers webhook-id, webhook-timestamp and
// webhook-signature, "v1," and the base64 of the HMAC-SHA256 of id, timestamp and
// body; the body is an object of type, timestamp and data.
//
// # Delivery
//
// Every event of the source is delivered at least once and in order. A message holds
// the events behind the last that was delivered, as many as there are, up to a
// limit. Which events it holds is stored before it is sent for the first time, so that
// whatever happens it is the same, under the same id, when it is sent again: receivers
// tell repetitions by the id. An answer of 200 to 299 within the time limit takes it;
// redirections are not followed.
//
// A message that is not taken is sent again after 5 s, then after twice as long each
// time, up to an hour, each time shifted by up to a quarter; a Retry-After of the
// receiver is honoured, up to an hour. After 24 hours, or at the fifth answer that
// says that this very message cannot be taken (400, 413, 415, 422), it becomes a dead
// letter, is kept for thirty days, and the next one is sent. Dead letters are listed
// and sent again on demand, one try each, between the others. A receiver that has
// taken nothing for five days, or answers 410, is no longer sent to until its
// subscription is resumed: from where it stopped, as long as the source keeps it.
//
// Each subscription is served by its own goroutine, which holds nothing while it
// waits: a slow receiver delays nobody else.
//
// # Rights
//
// What a subscription tells is bounded by the rights of who made it, at every try: if
// the account or key has ended, or may no longer follow the source, the subscription
// stops and nothing is sent.
//
// # Addresses
//
// Addresses are https, and the address that a name resolves to is checked when the
// connection is made: networks that are not the public Internet are refused, so that a
// subscription cannot be used to reach what only the server reaches. A flag allows
// them, for receivers within the city's own network. Proxies of the environment are
// not used, answers are read up to a limit and not shown.
//
// What is not here: what the sources tell and to whom (server/fence).
package webhook

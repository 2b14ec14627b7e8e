// A CloudFront function for viewer requests where nobody needs a token: preflights of what plays are
// answered here, for they are the same for everybody, and players send one for each segment.

function handler(event) {
  const request = event.request;
  return request.method === "OPTIONS" ? answer(204, "No Content", POLICY.preflight) : request;
}

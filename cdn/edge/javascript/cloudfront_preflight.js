// A CloudFront function for viewer requests where nobody needs a token: preflights of what plays are
// answered here, for they are the same for everybody, and players send one for each segment. Where
// it is signed, who has a signature for one asset might get another one by what can be misread.

const MISLEADING = new RegExp(POLICY.misleading);

function handler(event) {
  const request = event.request;
  if (request.method === "OPTIONS") {
    return answer(204, "No Content", POLICY.preflight);
  }
  return MISLEADING.test(request.uri) ? answer(404, "Not Found", {}) : request;
}

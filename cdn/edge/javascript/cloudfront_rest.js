// A CloudFront function for viewer requests of what does not play, by its path: it refuses what the
// origin might read as what does. Behaviours are chosen by the path as it is written, and those of
// what plays demand a token, or a signature.

const MISLEADING = new RegExp(POLICY.misleading);

function handler(event) {
  const request = event.request;
  return MISLEADING.test(request.uri) ? answer(404, "Not Found", {}) : request;
}

// What a CloudFront function answers by itself; CloudFront has the names of fields in lower case.

function answer(status, reason, fields) {
  const headers = {};
  [POLICY.cors, POLICY.refused, fields].forEach((some) => {
    Object.keys(some).forEach((name) => {
      headers[name.toLowerCase()] = { value: some[name] };
    });
  });
  return { statusCode: status, statusDescription: reason, headers: headers };
}

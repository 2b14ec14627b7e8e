# Refuses what no playback token opens (602: 401, 603: 403, 605: 404), and cuts tokens off.
sub soundbridge_token {
  declare local var.signed STRING;
  declare local var.signature STRING;
  declare local var.header STRING;
  declare local var.claims STRING;
  declare local var.path STRING;
  declare local var.key STRING;
  declare local var.country STRING;
  declare local var.opens STRING;

  if (req.url.path !~ @TOKEN@) {
    if ((req.url.path ~ @PLAYS@ && req.url.path !~ @OPEN@) || req.url.path ~ "^/(?:t|opens)/") {
      error 602;
    }
    if (req.url.path ~ @MISLEADING@) {
      error 605;
    }
    return;
  }
  set var.signed = re.group.1;
  set var.header = digest.base64url_nopad_decode(re.group.2);
  set var.claims = digest.base64url_nopad_decode(re.group.3);
  set var.signature = re.group.4;
  set var.path = re.group.5;
  if (std.strlen(var.signed) > @SIGNED_MAX@) {
    error 602;
  }

  if (var.header !~ @HEADER@ || var.header !~ @ALGORITHM@ || var.header ~ @TWICE@) {
    error 602;
  }
  if (var.header !~ @KID@) {
    error 602;
  }
  set var.key = table.lookup(playback_keys, re.group.1, "");
  if (var.key == "") {
    error 602;
  }
  if (!digest.ecdsa_verify(sha256, var.key, var.signed, var.signature, jwt, url_nopad)) {
    error 602;
  }

  # From here on, what it says was signed.
  if (var.claims !~ @CLAIMS@ || var.claims ~ @TWICE@) {
    error 602;
  }
  if (var.claims !~ @END@) {
    error 602;
  }
  if (!time.is_after(std.integer2time(std.atoi(re.group.1)), now)) {
    error 602;
  }
  if (var.claims ~ @BEGIN@) {
    if (time.is_after(std.integer2time(std.atoi(re.group.1)), time.add(now, @SKEW@))) {
      error 602;
    }
  }
  if (var.claims !~ @AUDIENCE@) {
    error 602;
  }

  if (var.claims ~ @COUNTRIES@) {
    set var.opens = re.group.1;
    set var.country = client.geo.country_code;
    if (var.country !~ "^[A-Z][A-Z]$" || var.country ~ @NO_COUNTRY@) {
      error 603;
    }
    if (!std.strstr(var.opens, var.country)) {
      error 603;
    }
  }
  if (var.claims ~ @HAS_SCOPE@) {
    if (var.path ~ @ABOUT_PATH@) {
      if (var.claims !~ @ABOUT@) {
        error 603;
      }
    } elsif (var.claims !~ @PLAY@) {
      error 603;
    }
  }

  if (var.path ~ @ENTRY@) {
    set var.opens = re.group.1;
    if (var.claims !~ @AUDIENCE@) {
      error 603;
    }
  } elsif (var.path ~ @ASSET@) {
    set var.opens = re.group.1;
    if (var.claims !~ @ASSET_CLAIM@) {
      error 603;
    }
  } else {
    error 605;
  }
  if (re.group.1 != var.opens) {
    error 603;
  }
  if (req.url.qs == "") {
    set req.url = var.path;
  } else {
    set req.url = var.path "?" req.url.qs;
  }
}

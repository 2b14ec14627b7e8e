// Signs in with a one-time link: what is behind # in it never left this browser, so neither logs nor
// referrers have it. It is used by a press alone: who only previews the link does not use it up.

const said = document.querySelector("#said");
const button = document.querySelector("#sign-in");
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

async function signIn() {
  button.disabled = true;
  said.textContent = "One moment …";
  try {
    const response = await fetch("/v1/me/session", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Soundbridge-Request": "1" },
      body: JSON.stringify({ token }),
    });
    if (response.ok) {
      location.replace("/");
      return;
    }
    said.textContent = (await response.json()).detail;
  } catch {
    said.textContent = "The server could not be reached. Try again.";
    button.disabled = false;
  }
}

if (token) {
  said.textContent = "Your link is good once. It signs in this browser.";
  button.hidden = false;
  button.addEventListener("click", signIn);
} else {
  said.textContent = "Open the link that you were given; it has all that is needed.";
}

addEventListener("hashchange", () => location.reload()); // another link, opened in the same place

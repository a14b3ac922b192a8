// Says when the network is gone and when it is back (BOX-13). What is typed stays on the page.

const banner = document.querySelector("[data-offline]");

function tell() {
  if (banner) banner.hidden = navigator.onLine;
}

window.addEventListener("offline", tell);
window.addEventListener("online", tell);
// A request that found nobody: the system may think otherwise, the person should know.
document.addEventListener("mailbox:offline", () => {
  if (banner) banner.hidden = false;
});
tell();

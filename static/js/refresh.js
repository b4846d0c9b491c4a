// The part of a page that moves, read anew every few seconds while it does and the tab is in sight.
// `data-refresh` on it is where it is read; it says by `data-moves` inside that it is to come again.
// Without this script, and without an answer, the page stands as it was read.

const part = document.querySelector("[data-refresh]");
const PAUSE = 2_000;
const LONGEST = 30_000;
const PATIENCE = 10_000;
let pause = PAUSE;
let timer;

function isTyping() {
    const at = document.activeElement;
    return part.contains(at) && at.matches("input[type=text]");
}

// What has the keyboard keeps it, if it is there still.
function put(html) {
    const at = part.contains(document.activeElement) ? document.activeElement.id : "";
    const typed = part.querySelector("input[type=text]")?.value ?? "";
    part.innerHTML = html;
    const field = part.querySelector("input[type=text]");
    if (field) field.value = typed;
    if (at) document.getElementById(at)?.focus({ preventScroll: true });
}

async function again() {
    clearTimeout(timer);
    if (document.hidden || !part.querySelector("[data-moves]")) return;
    try {
        const answer = await fetch(part.dataset.refresh, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
        // Logged out, or no longer allowed to see this.
        if (answer.type === "opaqueredirect" || answer.status === 403) return;
        if (!answer.ok) throw new Error(answer.status);
        const html = await answer.text();
        if (!isTyping()) put(html);
        pause = PAUSE;
    } catch {
        pause = Math.min(pause * 2, LONGEST);
    }
    timer = setTimeout(again, pause);
}

if (part) {
    document.addEventListener("visibilitychange", again);
    timer = setTimeout(again, pause);
}

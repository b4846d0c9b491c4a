// Keys for lists and forms: / searches, j and k move, Enter opens, x selects, Ctrl+S saves, ? helps.
// None of them while somebody is typing, but for Ctrl+S.

const ROW = "#result_list tbody tr";

function isTyping(target) {
    return target.closest("input:not([type=checkbox], [type=radio], [type=submit], [type=button]), textarea, select, [contenteditable], dialog") !== null;
}

function move(step) {
    const rows = [...document.querySelectorAll(ROW)];
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.classList.contains("cursor"));
    const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
    rows[at]?.classList.remove("cursor");
    next.classList.add("cursor");
    // Focus, so that Enter opens it and a screen reader speaks it.
    (next.querySelector("a") ?? next.querySelector("input"))?.focus();
    next.scrollIntoView({ block: "nearest" });
}

function select() {
    document.querySelector(`${ROW}.cursor .action-select`)?.click();
}

function search(event) {
    const box = document.getElementById("searchbar") ?? document.getElementById("nav-filter");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
}

function save(event) {
    const button = document.querySelector("#content-main form [name=_save], #content-main form .default[type=submit]");
    if (!button) return;
    event.preventDefault();
    button.form.requestSubmit(button);
}

const KEYS = [
    ["/", "Search"], ["j", "Next row"], ["k", "Previous row"], ["Enter", "Open the row"],
    ["x", "Select the row"], ["Ctrl+S", "Save"], ["?", "This help"],
];

function help() {
    let dialog = document.getElementById("keyboard-help");
    if (!dialog) {
        dialog = document.createElement("dialog");
        dialog.id = "keyboard-help";
        dialog.setAttribute("aria-labelledby", "keyboard-help-title");
        const title = document.createElement("h2");
        title.id = "keyboard-help-title";
        title.textContent = "Keyboard";
        const list = document.createElement("dl");
        list.className = "kv";
        for (const [key, meaning] of KEYS) {
            const term = document.createElement("dt");
            const kbd = document.createElement("kbd");
            kbd.textContent = key;
            term.append(kbd);
            const text = document.createElement("dd");
            text.textContent = meaning;
            list.append(term, text);
        }
        const form = document.createElement("form");
        form.method = "dialog";
        const close = document.createElement("button");
        close.className = "button";
        close.textContent = "Close";
        form.append(close);
        dialog.append(title, list, form);
        document.body.append(dialog);
    }
    dialog.showModal();
}

document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "s") return save(event);
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "/") search(event);
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "x") select();
    else if (event.key === "?") help();
});

// A list: how many rows are selected, all of them, a range of them with Shift.
// Without this script every row's box and every button still work.

const form = document.getElementById("changelist-form");
const boxes = [...document.querySelectorAll(".action-select")];
const toggle = document.getElementById("action-toggle");
const counter = document.querySelector(".action-counter");
const clear = document.querySelector(".clearit");
let last = null;

function show() {
    const count = boxes.filter((box) => box.checked).length;
    if (counter) counter.textContent = count ? `${count} selected` : "Select rows to act on them";
    if (clear) clear.hidden = count === 0;
    if (toggle) {
        toggle.checked = count > 0 && count === boxes.length;
        toggle.indeterminate = count > 0 && count < boxes.length;
    }
}

function setAll(checked) {
    for (const box of boxes) box.checked = checked;
    show();
}

form?.addEventListener("click", (event) => {
    const box = event.target.closest(".action-select");
    if (!box) return;
    if (event.shiftKey && last) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
    }
    last = box;
    show();
});
toggle?.addEventListener("change", () => setAll(toggle.checked));
clear?.addEventListener("click", () => setAll(false));
// The browser restores boxes when somebody comes back to the page.
window.addEventListener("pageshow", show);

// Empty fields stay out of the address, which is a link somebody may keep.
const filter = document.getElementById("changelist-filter-form");
for (const one of [filter, document.getElementById("changelist-search")]) {
    one?.addEventListener("formdata", (event) => {
        for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
    });
}
filter?.addEventListener("combobox:chosen", () => filter.requestSubmit());
show();

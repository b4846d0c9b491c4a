// The merge page: a choice fills its text, so that what will be saved is what is seen; typing is a choice too.

for (const group of document.querySelectorAll(".choose")) {
    const text = group.querySelector("textarea");
    if (!text) continue;
    const own = group.querySelector("input[value=text]");
    let typed = text.value;
    group.addEventListener("change", (event) => {
        if (event.target.type !== "radio") return;
        text.value = event.target === own ? typed : event.target.dataset.text;
    });
    text.addEventListener("input", () => {
        typed = text.value;
        own.checked = true;
    });
}

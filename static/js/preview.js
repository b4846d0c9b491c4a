// The Preview tab of a Markdown field: the server's rendering of what is typed now.
// Without this script the tab is empty and the text area works as ever.

for (const field of document.querySelectorAll(".markdown[data-preview-url]")) {
  const text = field.querySelector("textarea");
  const preview = field.querySelector(".preview");
  const token = text.form.elements.csrfmiddlewaretoken.value;
  let asked = 0;

  async function show() {
    const mine = ++asked;
    preview.setAttribute("aria-busy", "true");
    let html;
    try {
      const answer = await fetch(field.dataset.previewUrl, {
        method: "POST",
        headers: { "X-CSRFToken": token },
        body: new URLSearchParams({ content: text.value }),
      });
      html = answer.ok || answer.status === 422 ? await answer.text() : null;
    } catch {
      html = null;
    }
    // A slower, older answer must not overwrite a newer one.
    if (mine !== asked) return;
    preview.removeAttribute("aria-busy");
    if (html === null) preview.textContent = "The preview could not be made. Your text is unharmed.";
    else preview.innerHTML = html;
  }

  field.addEventListener("change", (event) => {
    if (event.target.id === "view_preview") show();
  });
}

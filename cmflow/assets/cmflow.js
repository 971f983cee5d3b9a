/* The little that needs a script: a video of another host, moments of a video, copy the link, print.
   Everything works without it; with Material's instant navigation it begins again on every page. */
(() => {
  "use strict"

  const play = (poster, at = 0) => {
    const frame = document.createElement("iframe")
    frame.src = poster.dataset.cmPlayer.replace("{at}", at)
    frame.title = poster.dataset.cmTitle
    frame.allow = "autoplay; fullscreen; picture-in-picture"
    frame.referrerPolicy = "strict-origin-when-cross-origin"
    frame.allowFullscreen = true
    frame.dataset.cmPlayer = poster.dataset.cmPlayer
    frame.dataset.cmTitle = poster.dataset.cmTitle
    poster.replaceWith(frame)
    frame.focus()
  }

  const seek = (video, at) => {
    const start = () => {
      video.currentTime = at
      video.play()
    }
    if (video.readyState > 0) start()
    else {
      video.addEventListener("loadedmetadata", start, { once: true })
      video.load()
    }
    video.focus()
  }

  /* A poster is a link where there is no script, and a button where there is one. */
  const button = (link) => {
    const made = document.createElement("button")
    made.type = "button"
    made.className = link.className
    Object.assign(made.dataset, link.dataset)
    made.append(...link.childNodes)
    link.replaceWith(made)
  }

  const copy = async (from) => {
    const words = from.textContent
    try {
      await navigator.clipboard.writeText(from.dataset.cmCopy)
      from.textContent = from.dataset.cmDone
      setTimeout(() => (from.textContent = words), 3000)
    } catch {
      from.textContent = from.dataset.cmCopy
    }
  }

  const clicked = (event) => {
    const target = event.target.closest("[data-cm-at], button[data-cm-player], [data-cm-copy], [data-cm-print]")
    if (!target) return
    if (target.dataset.cmCopy) copy(target)
    else if ("cmPrint" in target.dataset) print()
    else if (target.dataset.cmPlayer) play(target)
    else {
      const section = target.closest(".cm-video")
      const video = section.querySelector("video")
      const frame = section.querySelector("[data-cm-player]")
      if (!video && !frame) return
      event.preventDefault()
      if (video) seek(video, Number(target.dataset.cmAt))
      else play(frame, target.dataset.cmAt)
    }
  }

  /* What scrolls sideways must be reachable by keyboard; the engine wraps wide tables without it. */
  const scrollable = () => {
    document.querySelectorAll(".md-typeset__scrollwrap").forEach((found) => {
      if (found.scrollWidth > found.clientWidth) found.tabIndex = 0
      else found.removeAttribute("tabindex")
    })
  }

  const begin = () => {
    scrollable()
    document.querySelectorAll("a[data-cm-player]").forEach(button)
    document.querySelectorAll("li[hidden] > [data-cm-copy], li[hidden] > [data-cm-print]").forEach((found) => {
      if (found.dataset.cmCopy && !navigator.clipboard) return
      found.parentElement.hidden = false
    })
  }

  document.addEventListener("click", clicked)
  addEventListener("load", scrollable)
  addEventListener("resize", scrollable)
  if (typeof document$ === "object") document$.subscribe(begin)
  else begin()
})()

/* The content calendar: month, week and year out of the data in the page, filters, the keyboard. It asks nobody for
   anything. Every text is set as text, never as HTML. Without it the page shows the agenda. */
(() => {
  "use strict"

  const one = (id) => document.getElementById(id)
  const data = JSON.parse(one("data").textContent)
  const { words, lang } = data
  const DAY = 864e5

  /* --- Days: midnight in UTC stands for a day, so that no zone and no change of the clocks touches it -------------- */

  const read = (text) => new Date(`${text}T00:00:00Z`)
  const iso = (day) => day.toISOString().slice(0, 10)
  const add = (day, count) => new Date(day.getTime() + count * DAY)
  const column = (day) => (day.getUTCDay() + 6) % 7
  const monday = (day) => add(day, -column(day))
  const first = (day, months = 0) => new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months, 1))
  const later = (day, months) => {
    const target = first(day, months)
    const length = add(first(target, 1), -1).getUTCDate()
    return add(target, Math.min(day.getUTCDate(), length) - 1)
  }
  const form = (options) => {
    const made = new Intl.DateTimeFormat(lang, { ...options, timeZone: "UTC" })
    // The first of a month is an ordinal in French, which CLDR does not know.
    return (day) => {
      const text = made.format(day)
      return lang === "fr" && options.day && day.getUTCDate() === 1 ? text.replace(/\b1\b/, "1er") : text
    }
  }
  const longDay = form({ weekday: "long", day: "numeric", month: "long", year: "numeric" })
  const monthName = form({ month: "long", year: "numeric" })
  const span = (options, from, to) => new Intl.DateTimeFormat(lang, { ...options, timeZone: "UTC" }).formatRange(from, to)
  const weekday = form({ weekday: "short" })
  const weekdayLong = form({ weekday: "long" })

  /* Where the reader's day is not that of the page, the page is old: it says so. */
  const current = () => {
    try {
      return new Intl.DateTimeFormat("en-CA", { timeZone: data.zone, dateStyle: "short" }).format(new Date())
    } catch {
      return data.today
    }
  }
  const today = current()

  /* --- Small tools --------------------------------------------------------------------------------------------------- */

  const make = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag)
    for (const [name, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(name, value)
    made.append(...children.filter((child) => child !== "" && child !== null))
    return made
  }
  /* A copy of the drawing: a reference to it (use) costs a browser several times as much. */
  const signs = new Map()
  const sign = (state) => {
    if (!signs.has(state)) {
      const symbol = one(`i-${state}`)
      const made = document.createElementNS("http://www.w3.org/2000/svg", "svg")
      made.setAttribute("viewBox", symbol.getAttribute("viewBox"))
      made.setAttribute("class", `i s-${state}`)
      made.setAttribute("aria-hidden", "true")
      made.append(...[...symbol.children].map((child) => child.cloneNode(true)))
      signs.set(state, made)
    }
    return signs.get(state).cloneNode(true)
  }
  const counted = (pair, count) => pair[lang === "fr" ? Number(count >= 2) : Number(count !== 1)].replace("{count}", count)

  /* --- What is shown: entries and gaps that pass the filters, by day -------------------------------------------------- */

  const filters = [...document.querySelectorAll("[data-filter]")]
  const items = data.items
  let visible = items
  let byDay = new Map()

  const passes = (item, asked) =>
    asked.every(([key, value]) => (Array.isArray(item[key]) ? item[key].includes(value) : item[key] === value))

  const index = () => {
    byDay = new Map()
    for (const item of visible) {
      let day = read(item.first)
      // Longer than a year is a mistake of somebody's; the list stays finite.
      for (let count = 0; count < 400; count += 1, day = add(day, 1)) {
        const key = iso(day)
        if (key > (item.last || item.first)) break
        const there = byDay.get(key)
        if (there) there.push(item)
        else byDay.set(key, [item])
      }
    }
  }

  const agenda = one("panel-agenda")
  const lines = new Map()
  agenda.querySelectorAll("[data-item]").forEach((line) => {
    const id = line.dataset.item
    if (lines.has(id)) lines.get(id).push(line)
    else lines.set(id, [line])
  })
  const holders = [...agenda.querySelectorAll(".day, .week")].reverse()

  const filter = () => {
    const asked = filters.filter((select) => select.value).map((select) => [select.dataset.filter, select.value])
    filters.forEach((select) => select.classList.toggle("is-set", Boolean(select.value)))
    visible = asked.length ? items.filter((item) => passes(item, asked)) : items
    index()
    const kept = new Set(visible.map((item) => item.id))
    for (const [id, found] of lines) for (const line of found) line.hidden = !kept.has(id)
    for (const holder of holders) {
      if (!holder.matches(".day")) holder.hidden = asked.length > 0 && !holder.querySelector(".day:not([hidden])")
      else holder.hidden = !holder.querySelector("[data-item]:not([hidden])")
    }
    one("reset").hidden = !asked.length
    one("shown").textContent = asked.length ? counted(words.shown, visible.length) : ""
    draw()
  }

  /* --- Pieces ---------------------------------------------------------------------------------------------------------- */

  const stateWord = (item) => (item.late ? `${words.late} · ${data.states[item.state]}` : data.states[item.state])
  const spoken = (item) => [item.clock, item.title, stateWord(item)].filter(Boolean).join(", ")
  const label = (day, found) => {
    const begin = iso(day) === today ? `${longDay(day)}, ${words.today}` : longDay(day)
    return found.length ? `${begin}${words.colon} ${found.map(spoken).join(" ; ")}` : `${begin}${words.colon} ${words.nothing}`
  }

  const bit = (item, day, full) => {
    const goesOn = item.first !== iso(day) && column(day) !== 0
    const made = make("span", { class: `bit s-${item.state}${item.late ? " is-late" : ""}${item.last ? " is-on" : ""}`, "data-open": item.id })
    const facts = make("span", { class: "meta" }, sign(item.late ? "late" : item.state), [item.clock, stateWord(item)].filter(Boolean).join(" · "))
    made.append(...(goesOn ? [] : [facts]), make("span", { class: "what" }, item.title))
    const about = [item.who, item.channels.join(", ")].filter(Boolean).join(" · ")
    if (full && about) made.append(make("span", { class: "who" }, about))
    return made
  }

  const cell = (day, kind) => {
    const key = iso(day)
    const found = byDay.get(key) || []
    const made = make("td", { role: "gridcell", tabindex: "-1", "data-day": key })
    if (key === today) made.setAttribute("aria-current", "date")
    const num = make("span", { class: "num" }, String(day.getUTCDate()))
    // A sentence for those who listen, signs for those who look; both say the same.
    const seen = make("div", { "aria-hidden": "true" }, num)
    made.append(make("span", { class: "unseen" }, label(day, found)), seen)
    if (kind === "year") {
      if (found.length) made.classList.add("has")
      seen.append(make("span", { class: "marks" }, ...found.slice(0, 3).map((item) => sign(item.late ? "late" : item.state))))
      return made
    }
    if (kind === "week") num.prepend(make("small", {}, `${weekday(day)} `))
    const most = kind === "week" ? 12 : 3
    const shown = found.length > most ? most - 1 : found.length
    seen.append(...found.slice(0, shown).map((item) => bit(item, day, kind === "week")))
    if (found.length > shown) seen.append(make("span", { class: "more" }, words.more.replace("{count}", found.length - shown)))
    if (kind === "month") seen.append(make("span", { class: "dots" }, ...found.slice(0, 6).map((item) => sign(item.late ? "late" : item.state))))
    return made
  }

  const table = (from, weeks, kind, name, month = null) => {
    const made = make("table", { class: kind === "year" ? "" : `grid grid--${kind}`, role: "grid", "aria-label": name })
    const head = make("tr", { role: "row" })
    for (let at = 0; at < 7; at += 1) {
      const day = add(from, at)
      const text = kind === "year" ? weekday(day).slice(0, 1) : weekday(day)
      head.append(make("th", { role: "columnheader", scope: "col", abbr: weekdayLong(day) }, text))
    }
    made.append(make("thead", { role: "rowgroup" }, head))
    const body = make("tbody", { role: "rowgroup" })
    for (let week = 0; week < weeks; week += 1) {
      const row = make("tr", { role: "row" })
      for (let at = 0; at < 7; at += 1) {
        const day = add(from, week * 7 + at)
        const out = month !== null && day.getUTCMonth() !== month
        if (out && kind === "year") row.append(make("td", { role: "gridcell", class: "is-blank" }))
        else {
          const found = cell(day, kind)
          if (out) found.classList.add("is-out")
          row.append(found)
        }
      }
      body.append(row)
    }
    made.append(body)
    return made
  }

  const legend = () => {
    const used = new Set(visible.map((item) => (item.late ? "late" : item.state)))
    const known = { late: words.late, ...data.states }
    return make("ul", { class: "legend", "aria-label": words.legend },
      ...Object.keys(known).filter((state) => used.has(state)).map((state) => make("li", {}, sign(state), known[state])))
  }

  /* --- The views ----------------------------------------------------------------------------------------------------- */

  const weeksOf = (day) => Math.round((add(monday(add(first(day, 1), -1)), 7) - monday(first(day))) / DAY / 7)
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1)

  const views = {
    month: {
      title: (day) => capital(monthName(day)),
      step: (day, count) => later(day, count),
      build: (day) => [table(monday(first(day)), weeksOf(day), "month", monthName(day), day.getUTCMonth()), legend()],
    },
    week: {
      title: (day) => span({ day: "numeric", month: "long", year: "numeric" }, monday(day), add(monday(day), 6)),
      step: (day, count) => add(day, 7 * count),
      build: (day) => [table(monday(day), 1, "week", views.week.title(day)), legend()],
    },
    year: {
      title: (day) => capital(span({ month: "long", year: "numeric" }, first(day), first(day, 11))),
      step: (day, count) => later(day, 12 * count),
      build: (day) => {
        const months = [...Array(12).keys()].map((at) => first(day, at))
        return [make("div", { class: "year" }, ...months.map(mini)), legend()]
      },
    },
  }

  const mini = (day) => {
    const key = iso(day).slice(0, 7)
    const there = visible.filter((item) => item.first.startsWith(key))
    const posts = there.filter((item) => item.kind === "post").length
    const gaps = there.filter((item) => item.kind === "gap").length
    const sums = [posts ? counted(words.posts, posts) : "", gaps ? counted(words.gaps, gaps) : ""].filter(Boolean).join(" · ")
    return make("section", { class: "mini" },
      make("h3", {}, capital(monthName(day)), make("small", {}, sums)),
      table(monday(day), weeksOf(day), "year", monthName(day), day.getUTCMonth()))
  }

  const narrow = matchMedia("(max-width: 46rem)")
  let view = narrow.matches ? "agenda" : "month"
  let cursor = read(today)
  let begin = first(cursor)

  const draw = () => {
    const found = views[view]
    if (!found) return
    if (view === "year" && (cursor < begin || cursor >= first(begin, 12))) begin = first(cursor)
    const at = view === "year" ? begin : cursor
    one(`title-${view}`).textContent = found.title(at)
    one(`body-${view}`).replaceChildren(...found.build(at))
    point()
  }

  const cellOf = (day) => one(`panel-${view}`).querySelector(`[data-day="${iso(day)}"]:not(.is-out)`) || one(`panel-${view}`).querySelector(`[data-day="${iso(day)}"]`)

  const point = () => {
    one(`panel-${view}`).querySelectorAll('[data-day][tabindex="0"]').forEach((old) => old.setAttribute("tabindex", "-1"))
    const found = cellOf(cursor)
    if (found) found.setAttribute("tabindex", "0")
    return found
  }

  const go = (day) => {
    const stays = view === "month" ? day.getUTCMonth() === cursor.getUTCMonth() && day.getUTCFullYear() === cursor.getUTCFullYear()
      : view === "week" ? iso(monday(day)) === iso(monday(cursor))
        : day >= begin && day < first(begin, 12)
    cursor = day
    if (!stays) draw()
    const found = point()
    if (found) found.focus()
  }

  const show = (name) => {
    view = name
    tabs.forEach((tab) => {
      const chosen = tab.dataset.view === name
      tab.setAttribute("aria-selected", String(chosen))
      tab.setAttribute("tabindex", chosen ? "0" : "-1")
      one(`panel-${tab.dataset.view}`).hidden = !chosen
    })
    if (name === "year") begin = first(cursor)
    draw()
  }

  /* --- One day or one entry, close by ---------------------------------------------------------------------------------- */

  const dialog = one("close-by")
  const byId = new Map(items.map((item) => [item.id, item]))

  const way = (text) => {
    const made = make("div", { class: "way" }, make("code", {}, text))
    if (navigator.clipboard) {
      const button = make("button", { class: "plain", type: "button" }, words.copy)
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(text)
          button.textContent = words.copied
        } catch {
          getSelection().selectAllChildren(made.firstChild)
        }
      })
      made.append(button)
    }
    return made
  }

  const about = (item) => {
    const made = make("article", { class: `s-${item.late ? "late" : item.state}` },
      make("h3", {}, item.title),
      make("p", { class: "state" }, sign(item.late ? "late" : item.state), [stateWord(item), item.todo].filter(Boolean).join(" · ")))
    const facts = [item.clock, item.lasting, item.who, item.channels.join(", "), ...item.facts].filter(Boolean).join(" · ")
    if (facts) made.append(make("p", {}, facts))
    if (item.text) made.append(make("p", { class: "said" }, item.text))
    if (/^https?:/.test(item.url)) made.append(make("p", {}, make("a", { href: item.url, rel: "noreferrer" }, item.url)))
    if (item.file) made.append(make("p", {}, make("code", {}, item.file)))
    if (item.move) made.append(make("p", {}, words.moves), way(item.move))
    for (const [title, command] of item.fits) made.append(make("p", {}, `${words.fits} ${title}`), way(command))
    return made
  }

  const open = (title, found) => {
    one("close-by-title").textContent = title
    const none = make("article", {}, make("p", {}, words.free))
    one("close-by-body").replaceChildren(...(found.length ? found.map(about) : [none]))
    dialog.showModal()
    dialog.scrollTop = 0
  }
  const openDay = (key) => open(capital(longDay(read(key))), byDay.get(key) || [])

  /* --- Keyboard and pointer (https://www.w3.org/WAI/ARIA/apg/patterns/grid/) ------------------------------------------ */

  const keys = {
    ArrowLeft: () => add(cursor, -1),
    ArrowRight: () => add(cursor, 1),
    ArrowUp: () => add(cursor, -7),
    ArrowDown: () => add(cursor, 7),
    Home: () => monday(cursor),
    End: () => add(monday(cursor), 6),
    PageUp: (event) => later(cursor, event.shiftKey ? -12 : -1),
    PageDown: (event) => later(cursor, event.shiftKey ? 12 : 1),
  }

  document.addEventListener("keydown", (event) => {
    const day = event.target.closest("[data-day]")
    if (!day || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === "Enter" || event.key === " ") openDay(day.dataset.day)
    else if (keys[event.key]) {
      cursor = read(day.dataset.day)
      go(keys[event.key](event))
    } else return
    event.preventDefault()
  })

  one("views").addEventListener("click", (event) => {
    const day = event.target.closest("[data-day]")
    const entry = event.target.closest("[data-open]")
    const step = event.target.closest("[data-step]")
    if (step) {
      cursor = step.dataset.step === "0" ? read(today) : views[view].step(cursor, Number(step.dataset.step))
      if (view === "year") begin = step.dataset.step === "0" ? first(cursor) : first(begin, 12 * Number(step.dataset.step))
      draw()
    } else if (day) {
      cursor = read(day.dataset.day)
      point()
      day.focus()
      if (entry && byId.has(entry.dataset.open)) open(capital(longDay(cursor)), [byId.get(entry.dataset.open)])
      else openDay(day.dataset.day)
    }
  })

  const tabs = [...document.querySelectorAll('[role="tab"]')]
  tabs.forEach((tab, at) => {
    tab.addEventListener("click", () => show(tab.dataset.view))
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key]
      if (to === undefined) return
      const next = tabs[(to + tabs.length) % tabs.length]
      show(next.dataset.view)
      next.focus()
      event.preventDefault()
    })
  })

  filters.forEach((select) => select.addEventListener("change", filter))
  one("reset").addEventListener("click", () => {
    filters.forEach((select) => (select.value = ""))
    filter()
    filters[0].focus()
  })

  // Beside the views there is room for the filters; on a phone they are unfolded.
  const unfold = () => (one("filters").open = !narrow.matches)
  narrow.addEventListener("change", unfold)
  unfold()
  one("bar").hidden = false
  one("stale").hidden = today === data.today
  index()
  show(view)
})()

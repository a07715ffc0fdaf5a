"""What the apps share: theme, server options, and components made of `gr.HTML` with a script beside each.

A component is a function that returns a `gr.HTML`; its script lies next to it under the same name. Components hear of
each other through two events of the document: `stylescape:view` carries a new view to whoever shows a part of it,
`stylescape:message` a sentence for the status line.
"""

"""What the apps share: how they are served, the components of their pages, and one look.

A component is a folder of `components/`: a constructor of a `gr.HTML`, its markup, and a module with one function
`mount(host)` that knows nothing of Gradio (see `shared/host.d.ts`).
"""

"""The control law: pure functions of settings, memory, readings and now."""

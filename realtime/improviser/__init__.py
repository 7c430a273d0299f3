"""The process that decides: context, model and plan. Has no port and no say over time."""

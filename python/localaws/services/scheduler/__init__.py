"""EventBridge Scheduler in motion: moto keeps the schedules, and what is due is called from here."""

from __future__ import annotations

from localaws.services.scheduler.loop import Scheduler

__all__ = ["Scheduler"]

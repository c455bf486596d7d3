"""Deployments: how an endpoint comes to a configuration: updates, roll-backs, alarms and autoscaling."""

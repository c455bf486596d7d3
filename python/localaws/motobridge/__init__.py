"""All that touches moto: plain services, and the users, roles and policies that it holds."""

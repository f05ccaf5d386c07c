"""Messages and services of `writ.v1`, generated from `proto/writ/v1`; do not edit."""

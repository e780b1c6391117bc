"""The embedded MQTT broker as a program: `python -m demo.embedded_broker CONFIG`."""

import logging
import sys

from iotcore import Broker


def main() -> None:
    """Run until ended by a signal."""
    logging.basicConfig(level=logging.WARNING)
    # It traces every packet at error level.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    Broker(config_path=sys.argv[1]).run_forever()


if __name__ == "__main__":
    main()

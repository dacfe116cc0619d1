"""The government identity service (辽宁政务服务网), by whichever protocol it speaks."""

# Which addresses the app opens. Both constants are put in by scripts/apk.py from the settings.
.class final Lcom/lnszgjj/app/Addresses;
.super Ljava/lang/Object;

# The service.
.field static final START:Ljava/lang/String; = "@START@"
# What may be shown inside the app, with a blank before and after each: the service, and the identity service to sign in at.
.field static final ORIGINS:Ljava/lang/String; = " @ORIGINS@ "
# Our own page for when nothing can be reached.
.field static final OFFLINE:Ljava/lang/String; = "file:///android_asset/offline.html"

# boolean areOurs(String url): scheme, host and port are exactly those of one of ORIGINS.
.method static areOurs(Ljava/lang/String;)Z
    .locals 4
    invoke-static {p0}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v0
    new-instance v1, Ljava/lang/StringBuilder;
    const-string v2, " "
    invoke-direct {v1, v2}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Landroid/net/Uri;->getScheme()Ljava/lang/String;
    move-result-object v3
    invoke-virtual {v1, v3}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v3, "://"
    invoke-virtual {v1, v3}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Landroid/net/Uri;->getEncodedAuthority()Ljava/lang/String;
    move-result-object v3
    invoke-virtual {v1, v3}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v1, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v1}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    sget-object v0, Lcom/lnszgjj/app/Addresses;->ORIGINS:Ljava/lang/String;
    invoke-virtual {v0, v1}, Ljava/lang/String;->contains(Ljava/lang/CharSequence;)Z
    move-result v0
    return v0
.end method

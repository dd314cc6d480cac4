from accounts.forms.sign_in import EMAIL_LABEL, NewPasswordForm, OtherPasswordForm, OwnerForm, SignInForm

__all__ = ["EMAIL_LABEL", "NewPasswordForm", "OtherPasswordForm", "OwnerForm", "SignInForm"]
